import ArgumentParser
import Foundation
import Serving
import Settings

/// The address a server listens on, and the API key it requires.
struct ListeningOptions: ParsableArguments {
    @Option(help: "Address to listen on; an address other than loopback needs an API key.")
    var host: String = "127.0.0.1"

    @Option(help: "Port to listen on; 0 picks a free port.", range: .from(0, to: 65_535))
    var port: Int = 8000

    @Option(help: "Environment variable with the API key that clients must send.")
    var apiKeyVariable: String?

    /// - Throws: `ValidationError` if the variable is unset or empty, `ServerError` if a key is required but not given, or if the
    ///   address cannot be listened on.
    func configuration() throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        if let apiKeyVariable {
            guard let key = ProcessInfo.processInfo.environment[apiKeyVariable], !key.isEmpty else {
                throw ValidationError(
                    "the environment variable \(apiKeyVariable) is not set; set it to the API key")
            }
            configuration.apiKey = key
        }
        try configuration.validate()
        try configuration.checkAddress()
        return configuration
    }

    /// The URL to open in a browser.
    static func address(_ configuration: ServerConfiguration, port: Int) -> String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "http://\(host):\(port)"
    }
}
