import Foundation
import NIOCore
import NIOPosix

extension ServerConfiguration {
    /// Checks that a server can listen on the address, before a model is loaded for it.
    ///
    /// Blocks, so it must not be called on an event loop.
    ///
    /// - Throws: ``ServerError``.
    package func checkAddress() throws {
        guard port != 0 else { return }
        do {
            let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).wait()
            try channel.close().wait()
        } catch {
            throw listeningError(error) ?? error
        }
    }

    /// What an error of binding to the address means; nil for other errors.
    func listeningError(_ error: any Error) -> ServerError? {
        if error is SocketAddressError.UnknownHost {
            return ServerError(
                description:
                    "cannot listen on \(host): no such host is known; give an address of this machine with --host"
            )
        }
        guard let error = error as? IOError else { return nil }
        let problem =
            switch error.errnoCode {
            case EADDRINUSE:
                "port \(port) of \(host) is in use by another program; choose another port with --port, or end that program"
            case EACCES:
                "port \(port) may be used by the system's administrator only; choose a port of 1024 or more with --port"
            case EADDRNOTAVAIL:
                "\(host) is no address of this machine; give one with --host, such as 127.0.0.1"
            default:
                "cannot listen on port \(port) of \(host): \(String(cString: strerror(error.errnoCode)))"
            }
        return ServerError(description: problem)
    }
}
