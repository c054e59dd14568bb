import Agent
import ArgumentParser
import Foundation
import Runs
import Serving
import Training

struct View: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show runs in a browser, also while they are trained.",
        discussion: """
            Curves of every metric, trajectories with their images and boxes, groups side by side, the same prompt across \
            steps, alarms. Runs are only read. `deepeyes serve --runs` shows the same beside a model.

            Examples:
              deepeyes view runs/demo
              deepeyes view runs --port 8100
            """)

    @Argument(help: "Folders of runs, or folders that hold runs.", completion: .directory)
    var folders: [String]

    @OptionGroup(title: "Server")
    var address: ListeningOptions

    func run() throws {
        let configuration = try address.configuration()
        let viewer = ViewerRoutes(try RunLibrary(folders), isHome: true)
        let server = try WebServer(configuration, parts: [viewer])
        try waiting {
            try await server.run { port in
                let address = ListeningOptions.address(configuration, port: port)
                try? Console.write("open \(address)\(viewer.home)\nCtrl-C ends it.\n")
            }
        }
    }
}

extension RunLibrary {
    /// Runs that this program has made.
    convenience init(_ folders: [String]) throws {
        try self.init(folders.map { URL(filePath: $0) }) { RecordedExamples($0) }
    }
}

extension RecordedExamples: RunMaterial {}
