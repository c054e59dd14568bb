import CTorch

/// The processor that this program runs on.
package enum Processor {
    /// Why the kernels cannot run here, and what to do; nil if they can.
    package static var problem: String? {
        torch_missing_instructions().map { missing in
            "this processor has no \(String(cString: missing)), which the program was compiled for. Use a machine from 2015 or later; "
                + "a virtual machine may hide it: pass the host's processor through"
        }
    }
}
