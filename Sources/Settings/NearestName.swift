/// Finds the name that was meant by a mistyped one.
package enum NearestName {
    /// The name with the fewest changed, missing, added or exchanged letters, ignoring case; nil if none is similar.
    package static func of(_ text: String, among names: [String]) -> String? {
        let typed = Array(text.lowercased())
        let measured = names.map { (name: $0, distance: distance(typed, Array($0.lowercased()))) }
        guard let best = measured.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(typed.count, best.name.count) / 3) ? best.name : nil
    }

    /// The end of a message: ` Did you mean steps?`, or nothing.
    package static func question(_ text: String, among names: [String]) -> String {
        of(text, among: names).map { ". Did you mean \($0)?" } ?? ""
    }

    /// The optimal string alignment distance (Damerau-Levenshtein without repeated edits).
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let change = rows[i][j] + (left[i] == right[j] ? 0 : 1)
                var best = min(change, rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
