/// Which endpoints are well, and whose turn it is.
///
/// An endpoint that fails a few times in a row rests; when its rest is over a probe decides whether it comes back.
actor EndpointPool {
    /// Something that happened to an endpoint's health.
    enum Event: Hashable, Sendable { case rested, recovered }

    private struct Member {
        let url: String
        var underWay = 0
        var failuresInRow = 0
        var restCount = 0
        var restsUntil: ContinuousClock.Instant?
        var probe: Task<Bool, Never>?
    }

    private var members: [Member]
    private let failuresUntilRest: Int
    private let rest: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let probe: @Sendable (String) async -> Bool
    private let onEvent: @Sendable (Event, String) -> Void

    /// - Parameters:
    ///   - failuresUntilRest: failures in a row.
    ///   - rest: the first one; later ones are longer.
    ///   - probe: whether the server at an address answers.
    init(
        urls: [String], failuresUntilRest: Int, rest: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        probe: @escaping @Sendable (String) async -> Bool,
        onEvent: @escaping @Sendable (Event, String) -> Void
    ) {
        members = urls.map { Member(url: $0) }
        self.failuresUntilRest = failuresUntilRest
        self.rest = rest
        self.now = now
        self.probe = probe
        self.onEvent = onEvent
    }

    /// The endpoint to ask next: of those that are well the one with the least to do, another than `last` if there is
    /// one; else one that a probe finds recovered. It must be handed back.
    ///
    /// - Throws: ``ChatError`` if all rest.
    func take(after last: Int?) async throws -> (index: Int, url: String) {
        if let index = wellMember(after: last) { return hand(out: index) }
        for index in members.indices where await recovers(index) { return hand(out: index) }
        try Task.checkCancellation()
        throw ChatError(
            .resting,
            "\(members.map(\.url).joined(separator: ", ")): failed \(failuresUntilRest) times in a row and is left "
                + "in peace for a while; check that the server runs")
    }

    /// Takes an endpoint back after a reply, or after a failure that does not speak against it.
    func putBack(_ index: Int) {
        members[index].underWay -= 1
        members[index].failuresInRow = 0
        members[index].restCount = 0
    }

    /// Takes an endpoint back whose request was given up for another reason.
    func abandon(_ index: Int) { members[index].underWay -= 1 }

    /// Takes an endpoint back that failed.
    func putBackFailed(_ index: Int) {
        members[index].underWay -= 1
        members[index].failuresInRow += 1
        if members[index].failuresInRow >= failuresUntilRest, members[index].restsUntil == nil {
            layToRest(index)
            onEvent(.rested, members[index].url)
        }
    }

    private func wellMember(after last: Int?) -> Int? {
        let well = members.indices.filter { members[$0].restsUntil == nil }
        let others = well.filter { $0 != last }
        return (others.isEmpty ? well : others).min { members[$0].underWay < members[$1].underWay }
    }

    private func hand(out index: Int) -> (index: Int, url: String) {
        members[index].underWay += 1
        return (index, members[index].url)
    }

    private func layToRest(_ index: Int) {
        members[index].restsUntil = now() + rest * (1 << min(members[index].restCount, 3))
        members[index].restCount += 1
    }

    /// Whether it is well, which is found out once for all who ask at the same time.
    private func recovers(_ index: Int) async -> Bool {
        guard let end = members[index].restsUntil else { return true }
        if let running = members[index].probe { return await running.value }
        guard now() >= end else { return false }
        let running = Task { [probe, url = members[index].url] in await probe(url) }
        members[index].probe = running
        let isWell = await running.value
        members[index].probe = nil
        if isWell {
            members[index].restsUntil = nil
            members[index].failuresInRow = 0
            onEvent(.recovered, members[index].url)
        } else {
            layToRest(index)
        }
        return isWell
    }
}
