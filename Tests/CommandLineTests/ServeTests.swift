import Foundation
import TestFixtures
import Testing

/// Servers that cannot start.
struct ServeTests {
    @Test(arguments: ["serve", "view"]) func aPortInUseIsNamed(command: String) throws {
        let listener = try Listener()
        defer { listener.close() }
        let folder = try TemporaryFolder()
        let subject = command == "view" ? [folder.url.path] : ["--model", ShippedModel.nanoBase.path]
        let outcome = try DeepEyesCommand.run([command, "--port", "\(listener.port)"] + subject)
        expectRefusal(outcome, naming: "port \(listener.port) of 127.0.0.1 is in use", remedy: "--port")
        for word in ["errno", "bind(", "Error"] { #expect(!outcome.errors.contains(word)) }
    }

    @Test func anAddressOfAnotherMachineIsNamed() throws {
        let outcome = try serve("192.0.2.1")
        expectRefusal(outcome, naming: "192.0.2.1 is no address of this machine", remedy: "--host")
    }

    @Test func anUnknownHostIsNamed() throws {
        expectRefusal(try serve("nowhere.invalid"), naming: "nowhere.invalid", remedy: "--host")
    }

    private func serve(_ host: String) throws -> DeepEyesCommand.Outcome {
        try DeepEyesCommand.run(
            "serve", "--model", ShippedModel.nanoBase.path, "--host", host, "--port", "18734",
            "--api-key-variable", "PATH")
    }

    @Test func aMissingModelIsNamed() throws {
        let folder = try TemporaryFolder()
        let model = folder.path("nowhere")
        let outcome = try DeepEyesCommand.run("serve", "--model", model, "--port", "0")
        expectRefusal(outcome, naming: "\(model): the folder does not exist", remedy: "check the path")
    }
}

/// A listening socket on a free port of this machine.
private struct Listener {
    private let descriptor: Int32
    let port: Int

    struct Failure: Error {}

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) | listen(descriptor, 1)
                    | getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() { _ = Foundation.close(descriptor) }
}
