import Agent

/// A number or formula with a unit of measurement or a percent sign after it, such as `5 cm`, `3/4 mile` or `28 percent`.
///
/// Units do not affect the value, as in math-verify: 5 cm equals 5, and 5 m.
struct MeasuredNumber {
    /// The text without its unit; `28 percent` becomes `28%`.
    let number: Substring
    /// The text without a percent sign either; nil if there is none.
    let withoutPercent: Substring?

    /// - Parameters:
    ///   - text: the text.
    ///   - readsSymbols: whether single capitals such as N and V are units; in a formula they may be variables.
    init(_ text: String, readsSymbols: Bool) {
        var number = Self.withoutUnits(text[...], readsSymbols)
        if let percent = Self.percents.first(where: number.hasSuffix) {
            let bare = number.dropLast(percent.count).trimmed
            if Self.endsValue(bare) {
                withoutPercent = bare
                self.number = percent.hasSuffix("%") ? number : bare + "%"
                return
            }
        }
        number = number.trimmed
        self.number = number
        withoutPercent = nil
    }

    private static let percents = ["\\%", "%", "percent", "Percent", "percentage", "pct", "per cent"]

    /// Whether a unit may follow `text`.
    private static func endsValue(_ text: Substring) -> Bool {
        text.last.map { $0.isNumber && $0.isASCII || ")}".contains($0) } ?? false
    }

    // MARK: Units

    private static func withoutUnits(_ text: Substring, _ readsSymbols: Bool) -> Substring {
        var rest = text.trimmed
        while let shorter = withoutLastUnit(rest, readsSymbols) {
            rest = shorter
            if endsValue(rest) || rest.hasSuffix("°") || rest.hasSuffix("\\circ") { return rest }
        }
        return text.trimmed
    }

    /// The text without one unit with its power at the end, as `m²` in `5 kg/m²`, and without the operator before it.
    private static func withoutLastUnit(_ text: Substring, _ readsSymbols: Bool) -> Substring? {
        let base = withoutPower(text)
        let name = base.reversed().prefix { $0.isLetter }.reversed()
        var rest = base.dropLast(name.count)
        guard !name.isEmpty, !rest.hasSuffix("\\") else { return nil }
        rest = rest.trimmed
        guard isUnit(String(name), after: rest, readsSymbols) else { return nil }
        if let last = rest.last, "/*·⋅".contains(last) { rest = rest.dropLast().trimmed }
        return rest
    }

    /// The text without `²`, `^2`, `^{2}`, or a 2 or 3 after a letter.
    private static func withoutPower(_ text: Substring) -> Substring {
        for power in ["²", "³", "^2", "^3", "^{2}", "^{3}"] where text.hasSuffix(power) {
            return text.dropLast(power.count)
        }
        let base = text.dropLast()
        let isPower = (text.hasSuffix("2") || text.hasSuffix("3")) && base.last?.isLetter ?? false
        return isPower ? base : text
    }

    private static func isUnit(_ name: String, after rest: Substring, _ readsSymbols: Bool) -> Bool {
        if abbreviations.contains(name) || words.contains(name.lowercased()) { return true }
        if ["C", "F"].contains(name), ["°", "\\circ", "{\\circ}"].contains(where: rest.hasSuffix) {
            return true
        }
        return readsSymbols && symbols.contains(name)
    }

    private static let symbols: Set = ["N", "J", "W", "V", "A", "K", "L", "C", "F", "T", "Ω"]

    private static let abbreviations: Set = [
        "nm", "µm", "μm", "mm", "cm", "dm", "m", "km", "in", "ft", "yd", "mi", "mg", "g", "kg", "lb", "lbs",
        "oz", "ms", "s", "sec", "min", "h", "hr", "hrs", "ml", "mL", "cl", "mph", "kph", "rpm", "Hz", "kHz",
        "MHz", "GHz", "Pa", "kPa", "MPa", "kJ", "kW", "kWh", "mV", "kV", "mA", "kN", "mol", "rad", "kB", "KB",
        "MB", "GB", "TB", "px", "dB", "cal", "kcal", "sq", "cu",
    ]

    private static let words: Set<String> = {
        let metric = ["meter", "metre", "gram", "liter", "litre"].flatMap { unit in
            ["", "milli", "centi", "kilo"].map { $0 + unit }
        }
        let others = [
            "inch", "foot", "yard", "mile", "pound", "ounce", "ton", "second", "minute", "hour", "day",
            "week",
            "month", "year", "degree", "unit", "dollar", "cent", "euro",
        ]
        return Set(metric + others + (metric + others).map { $0 + "s" })
            .union(["inches", "feet", "square", "cubic", "per"])
    }()
}
