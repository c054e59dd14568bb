import Foundation

/// Parses and rounds numbers as Python does.
enum PythonNumber {
    /// The result of Python's `float`; nil if it would raise an error.
    static func float(_ text: some StringProtocol) -> Double? {
        let text = PythonText(text).stripped().string.lowercased()
        if let word = text.wholeMatch(of: /([+-]?)(inf|infinity|nan)/) {
            let value = word.output.2 == "nan" ? Double.nan : .infinity
            return word.output.1 == "-" ? -value : value
        }
        let form = /[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?/
        guard text.utf8.allSatisfy({ $0 < 0x80 }), text.wholeMatch(of: form) != nil else { return nil }
        return Double(
            text.replacing("_", with: "").replacing(".e", with: ".0e").appending(
                text.hasSuffix(".") ? "0" : ""))
    }

    /// Python's `str.isdigit`, for the digits that `int` accepts.
    static func isDigits(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Python's `round(number, 2)`.
    static func rounded(_ number: Double) -> Double {
        number.isFinite ? Double(String(format: "%.2f", number)) ?? number : number
    }

    /// `str(int(digits))`: the digits without leading zeros.
    static func withoutLeadingZeros(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }
}
