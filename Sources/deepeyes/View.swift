import Agent
import ArgumentParser
import Foundation
import Runs
import Serving
import Training

struct View: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Browse finished and running training runs in a web browser.",
        discussion: """
            Shows curves of every metric, trajectories with images and boxes, the samples of a group next to each other, \
            the same prompt across steps, and alarms. Runs are never modified. `deepeyes serve --runs` serves the same \
            pages next to a model.

            Examples:
              deepeyes view runs/demo
              deepeyes view runs --port 8100
            """)

    @Argument(help: "Run folders, or folders that contain runs.", completion: .directory)
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
                try? Console.write("open \(address)\(viewer.home)\npress Ctrl-C to stop\n")
            }
        }
    }
}

extension RunLibrary {
    /// Runs recorded by `deepeyes train`.
    convenience init(_ folders: [String]) throws {
        try self.init(folders.map { URL(filePath: $0) }) { RecordedExamples($0) }
    }
}

extension RecordedExamples: RunAssets {}
