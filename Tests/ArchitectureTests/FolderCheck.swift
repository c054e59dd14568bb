/// Which folder of a target uses which, by the names that files declare and mention.
///
/// Types and functions at the top level count where their name stands. A member of an extension counts too, if only one file of
/// the package calls something by that name and no file mentions it that could not see it.
struct FolderCheck {
    /// A file of one folder that mentions what another folder of the target declares.
    struct Use: Hashable {
        let path: String
        let target: String
        let folder: String
        let symbol: String
        let usedFolder: String
    }

    /// By target. A target is here if its files lie in several folders.
    let folders: [String: Set<String>]
    let uses: [Use]

    /// - Parameter files: of all targets.
    init(_ files: [SwiftFile]) {
        let targets = Dictionary(grouping: files, by: \.module)
        folders = targets.mapValues { Set($0.map(\.folder)) }.filter { $0.value.count > 1 }
        let members = Self.tellingMembers(files)
        uses = folders.keys.flatMap { target in
            Self.uses(among: targets[target, default: []], members: members[target, default: [:]])
        }.sorted { ($0.path, $0.symbol) < ($1.path, $1.symbol) }
    }

    /// - Parameters:
    ///   - files: of one target.
    ///   - members: folders of the members whose name tells who is meant.
    private static func uses(among files: [SwiftFile], members: [String: String]) -> [Use] {
        let declared = files.flatMap { file in
            file.declarations.filter { !$0.isPrivate && $0.extended == nil }.map {
                ($0.name, (folder: file.folder, isType: $0.isType))
            }
        }
        let names = Dictionary(declared) { first, _ in first }
        return files.flatMap { file -> [Use] in
            let (ownTypes, ownNames) = (file.typeNames, file.ownNames)
            func usedFolder(_ token: Token) -> String? {
                if token.isMember { return members[token.text] }
                guard let (folder, isType) = names[token.text] else { return nil }
                return (isType ? ownTypes : ownNames).contains(token.text) ? nil : folder
            }
            return Set(file.tokens).compactMap { token in
                guard let used = usedFolder(token), used != file.folder else { return nil }
                return Use(
                    path: file.path, target: file.module, folder: file.folder, symbol: token.text,
                    usedFolder: used)
            }
        }
    }

    /// Folders of members that extensions declare, by target and name, whose name tells who is meant.
    private static func tellingMembers(_ files: [SwiftFile]) -> [String: [String: String]] {
        var ownerCount: [String: Int] = [:]
        var mentions: [String: Set<String>] = [:]
        var seeing: [String: Set<String>] = [:]
        for file in files {
            for name in file.ownNames { ownerCount[name, default: 0] += 1 }
            for token in file.tokens where token.isMember {
                mentions[token.text, default: []].insert(file.path)
            }
            for module in file.imports.union([file.module]) { seeing[module, default: []].insert(file.path) }
        }
        var folders: [String: [String: String]] = [:]
        for file in files {
            for member in file.declarations where member.extended != nil && !member.isPrivate {
                guard ownerCount[member.name] == 1,
                    mentions[member.name, default: []].isSubset(of: seeing[file.module, default: []])
                else { continue }
                folders[file.module, default: [:]][member.name] = file.folder
            }
        }
        return folders
    }
}

extension FolderCheck {
    /// What is wrong, for a person: uses that the table does not allow, what it says in vain, and its circles.
    ///
    /// - Parameter table: target, folder, the folders that it may use.
    func problems(in table: [String: [String: Set<String>]]) -> [String] {
        let strangers = uses.filter { table[$0.target]?[$0.folder]?.contains($0.usedFolder) != true }.map {
            use in
            """
            \(use.path) mentions \(use.symbol), but folder \(use.folder) of \(use.target) may not use \
            \(use.usedFolder): move the file or the declaration to the folder where it belongs, or, if \(use.folder) \
            stands above \(use.usedFolder), say so in FolderTable.swift
            """
        }
        return strangers + missing(in: table) + unused(in: table)
            + table.sorted { $0.key < $1.key }.compactMap { target, folders in
                Self.circle(in: folders).map {
                    "FolderTable.swift has a circle in \(target): \($0.joined(separator: " → "))"
                }
            }
    }

    private func missing(in table: [String: [String: Set<String>]]) -> [String] {
        folders.flatMap { target, folders in
            folders.subtracting(table[target, default: [:]].keys).map {
                "FolderTable.swift lacks the folder \($0) of \(target): add it with the folders that it may use"
            }
        }.sorted()
    }

    private func unused(in table: [String: [String: Set<String>]]) -> [String] {
        let used = Set(uses.map { [$0.target, $0.folder, $0.usedFolder] })
        return table.flatMap { target, folders in
            folders.flatMap { folder, allowed -> [String] in
                guard self.folders[target, default: []].contains(folder) else {
                    return [
                        "FolderTable.swift names the folder \(folder) of \(target), which is not there: remove it"
                    ]
                }
                return allowed.filter { !used.contains([target, folder, $0]) }.map {
                    "FolderTable.swift lets \(folder) of \(target) use \($0), which it does not: remove it"
                }
            }
        }.sorted()
    }

    /// Folders each of which may use the next one, the first standing at the end again; nil if there are no such.
    static func circle(in folders: [String: Set<String>]) -> [String]? {
        func circle(after path: [String]) -> [String]? {
            for next in folders[path[path.count - 1], default: []].sorted() {
                if let start = path.firstIndex(of: next) { return path[start...] + [next] }
                if let found = circle(after: path + [next]) { return found }
            }
            return nil
        }
        return folders.keys.sorted().lazy.compactMap { circle(after: [$0]) }.first
    }
}
