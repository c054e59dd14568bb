internal import Foundation

/// Formats numbers for people, on the console and on pages; `format.js` uses the same formats in charts.
package enum Readable {
    /// `0.42 s`, `7.3 s`, `42 s`, `3 min 20 s`, `48 min`, `3 h 05 min`, `2 d 4 h`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = max(
            0, Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
        if seconds == 0 { return "0 s" }
        if seconds < 0.9995 { return fixed(seconds, 2) + " s" }
        if seconds < 9.95 { return fixed(seconds, 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 600 {
            return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s"
        }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 60 { return "\(minutes) min" }
        if minutes < 24 * 60 { return "\(minutes / 60) h \(padded(minutes % 60)) min" }
        let hours = Int((seconds / 3600).rounded())
        return "\(hours / 24) d \(hours % 24) h"
    }

    /// The same for a number of seconds.
    package static func seconds(_ seconds: Double) -> String {
        seconds.isFinite ? duration(.seconds(seconds)) : "–"
    }

    /// All digits, in groups of three: `25,600`.
    package static func count(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return count < 0 ? "-" + text : text
    }

    /// Two or three digits and a letter: `840`, `25.6k`, `1.4M`.
    package static func shortCount(_ count: Double) -> String {
        let units = ["", "k", "M", "G", "T"]
        var value = count
        var unit = 0
        while abs(value) >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return fixed(value, unit == 0 || abs(value) >= 99.95 ? 0 : 1) + units[unit]
    }

    /// A fraction as a percentage: `71 %`, or `71.3 %` with one decimal.
    package static func percent(_ fraction: Double, decimals: Int = 0) -> String {
        fraction.isFinite ? fixed(fraction * 100, decimals) + " %" : "–"
    }

    /// A number with `decimals` decimal places.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "–" }
        let text = String(format: "%.\(decimals)f", value)
        return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) }
            ? String(text.dropFirst()) : text
    }

    /// A number with about three significant digits, in the style `1e-6` below a thousandth.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let size = abs(value)
        if size == 0 { return "0" }
        if size >= 1000 { return shortCount(value) }
        if size >= 100 { return fixed(value, 0) }
        if size >= 10 { return fixed(value, 1) }
        if size >= 0.001 { return fixed(value, size >= 1 ? 2 : 3) }
        let exponent = Int(log10(size).rounded(.down))
        let mantissa = fixed(value / pow(10, Double(exponent)), 1)
        return (mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : mantissa) + "e\(exponent)"
    }

    private static func padded(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
