import ArgumentParser
import Foundation
import Serving

/// Where a server of this program listens, and who may use it.
struct ListeningOptions: ParsableArguments {
    @Option(help: "Address to listen on. Any but one of this machine needs an API key.")
    var host: String = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: Int = 8000

    @Option(help: "Environment variable that holds the API key which clients must show.")
    var apiKeyVariable: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    }

    /// - Throws: `ValidationError` if the variable holds no key, `ServerError` if one is needed.
    func configuration() throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        if let apiKeyVariable {
            guard let key = ProcessInfo.processInfo.environment[apiKeyVariable], !key.isEmpty else {
                throw ValidationError("the variable \(apiKeyVariable) holds no API key; set it first")
            }
            configuration.apiKey = key
        }
        try configuration.validate()
        return configuration
    }

    /// What a browser is given.
    static func address(_ configuration: ServerConfiguration, port: Int) -> String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "http://\(host):\(port)"
    }
}
