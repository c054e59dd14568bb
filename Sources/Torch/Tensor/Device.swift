import CTorch

/// The device that stores a tensor and runs its operations.
package struct Device: Hashable, Sendable, CustomStringConvertible {
    let kind: Int8
    let index: Int8
    package let description: String

    /// The CPU.
    package static let cpu = Device(code: TorchDevice(kind: 0, index: -1))

    /// Parses "cpu", "cuda", "cuda:1" or "mps".
    ///
    /// - Throws: `TorchError` if the name is unknown or this machine has no such device.
    package init(_ name: String) throws {
        var code = TorchDevice()
        guard torch_device_named(name, &code) == .success else {
            // libtorch's own message is a page about its build.
            throw TorchError(
                operation: "use the device \"\(name)\"",
                reason:
                    "the name is invalid, or this machine or this libtorch has no such device; use \"cpu\"")
        }
        self.init(code: code)
    }

    init(code: TorchDevice) {
        kind = code.kind
        index = code.index
        description = Device.name(code)
    }

    var code: TorchDevice { TorchDevice(kind: kind, index: index) }

    private static func name(_ code: TorchDevice) -> String {
        let kinds: [Int8: String] = [0: "cpu", 1: "cuda", 13: "mps"]
        let kind = kinds[code.kind] ?? "device kind \(code.kind)"
        return code.index < 0 ? kind : "\(kind):\(code.index)"
    }

    package static func == (left: Device, right: Device) -> Bool {
        left.kind == right.kind && left.index == right.index
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(index)
    }
}
