import ArgumentParser
import Settings

/// Options with a number in a range. They take the next argument whatever it is, so that a negative number is not mistaken for
/// another option.
extension Option {
    init(wrappedValue: Value, help: ArgumentHelp, range: SettingRange<Value>) where Value: SettingNumber {
        self.init(
            wrappedValue: wrappedValue, parsing: .unconditional, help: help, transform: Self.reader(range))
    }

    init<Number: SettingNumber>(help: ArgumentHelp, range: SettingRange<Number>) where Value == Number? {
        self.init(parsing: .unconditional, help: help, transform: Self.reader(range))
    }

    private static func reader<Number: SettingNumber>(
        _ range: SettingRange<Number>
    ) -> @Sendable (String) throws -> Number {
        { text in
            guard let value = Number(spelling: text) else {
                let kind = Number.expectation
                throw ValidationError(
                    "it must be \(kind)" + (kind.hasSuffix(range.text) ? "" : ", \(range.text)"))
            }
            guard range.contains(value) else {
                throw ValidationError("it must be \(range.text)" + (range.reason.map { ": \($0)" } ?? ""))
            }
            return value
        }
    }
}
