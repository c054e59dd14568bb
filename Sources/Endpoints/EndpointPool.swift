/// Balances requests over endpoints, with a circuit breaker for each.
///
/// The circuit of an endpoint opens after several failures in a row: it gets no requests during a cooldown. After that, a
/// probe decides whether it has recovered.
actor EndpointPool {
    /// A change of an endpoint's health.
    enum Event: Hashable, Sendable { case circuitOpened, recovered }

    private struct Member {
        let url: String
        var activeRequests = 0
        var consecutiveFailures = 0
        var cooldownCount = 0
        var openUntil: ContinuousClock.Instant?
        var probe: Task<Bool, Never>?
    }

    private var members: [Member]
    private let failuresUntilCooldown: Int
    private let cooldown: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let probe: @Sendable (String) async -> Bool
    private let onEvent: @Sendable (Event, String) -> Void

    /// - Parameters:
    ///   - failuresUntilCooldown: failures in a row that open the circuit.
    ///   - cooldown: the first cooldown; if the endpoint does not recover, it is doubled each time, up to eightfold.
    ///   - probe: returns whether the server at a URL responds.
    ///   - now: the current time.
    ///   - onEvent: called on each change of an endpoint's health.
    init(
        urls: [String], failuresUntilCooldown: Int, cooldown: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        probe: @escaping @Sendable (String) async -> Bool,
        onEvent: @escaping @Sendable (Event, String) -> Void
    ) {
        members = urls.map { Member(url: $0) }
        self.failuresUntilCooldown = failuresUntilCooldown
        self.cooldown = cooldown
        self.now = now
        self.probe = probe
        self.onEvent = onEvent
    }

    /// Acquires an endpoint: the healthy one with the fewest active requests, preferably not `last`; else one that a probe
    /// finds recovered. It must be released.
    ///
    /// - Throws: ``ChatError`` if the circuits of all endpoints are open.
    func take(after last: Int?) async throws -> (index: Int, url: String) {
        if let index = healthyMember(after: last) { return acquire(index) }
        for index in members.indices where await recovers(index) { return acquire(index) }
        try Task.checkCancellation()
        throw ChatError(
            .circuitOpen,
            "\(members.map(\.url).joined(separator: ", ")): unhealthy, failed \(failuresUntilCooldown) times in a row; "
                + "no requests are sent during a cooldown; check that the server runs")
    }

    /// Releases an endpoint after a reply, or after a failure that is not the server's fault.
    func release(_ index: Int) {
        members[index].activeRequests -= 1
        members[index].consecutiveFailures = 0
        members[index].cooldownCount = 0
    }

    /// Releases an endpoint whose request was cancelled.
    func abandon(_ index: Int) { members[index].activeRequests -= 1 }

    /// Releases an endpoint after a failure of the server.
    func releaseFailed(_ index: Int) {
        members[index].activeRequests -= 1
        members[index].consecutiveFailures += 1
        if members[index].consecutiveFailures >= failuresUntilCooldown, members[index].openUntil == nil {
            openCircuit(index)
            onEvent(.circuitOpened, members[index].url)
        }
    }

    private func healthyMember(after last: Int?) -> Int? {
        let healthy = members.indices.filter { members[$0].openUntil == nil }
        let others = healthy.filter { $0 != last }
        return (others.isEmpty ? healthy : others).min {
            members[$0].activeRequests < members[$1].activeRequests
        }
    }

    private func acquire(_ index: Int) -> (index: Int, url: String) {
        members[index].activeRequests += 1
        return (index, members[index].url)
    }

    private func openCircuit(_ index: Int) {
        members[index].openUntil = now() + cooldown * (1 << min(members[index].cooldownCount, 3))
        members[index].cooldownCount += 1
    }

    /// Whether the endpoint is healthy again. Concurrent callers share one probe.
    private func recovers(_ index: Int) async -> Bool {
        guard let end = members[index].openUntil else { return true }
        if let running = members[index].probe { return await running.value }
        guard now() >= end else { return false }
        let running = Task { [probe, url = members[index].url] in await probe(url) }
        members[index].probe = running
        let isHealthy = await running.value
        members[index].probe = nil
        if isHealthy {
            members[index].openUntil = nil
            members[index].consecutiveFailures = 0
            onEvent(.recovered, members[index].url)
        } else {
            openCircuit(index)
        }
        return isHealthy
    }
}
