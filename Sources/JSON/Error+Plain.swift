import Foundation

extension Error {
    /// What went wrong, in words that name no type: Foundation's and the standard library's errors describe themselves to
    /// programmers.
    package var plainText: String {
        if let error = self as? DecodingError { return error.summary }
        guard let error = self as? CocoaError else { return "\(self)" }
        let path = (error.userInfo[NSFilePathErrorKey] as? String) ?? error.url?.path ?? "a file"
        return "\(path): \(Self.problem(error.code))"
    }

    private static func problem(_ code: CocoaError.Code) -> String {
        switch code {
        case .fileNoSuchFile, .fileReadNoSuchFile: "does not exist; check the path"
        case .fileReadNoPermission, .fileWriteNoPermission: "is not accessible; check its permissions"
        case .fileReadInapplicableStringEncoding: "is not text in UTF-8; convert it"
        case .fileWriteFileExists: "already exists; remove it or choose another path"
        case .fileWriteOutOfSpace: "cannot be written; its disk is full"
        case .fileWriteVolumeReadOnly: "cannot be written; its disk is read-only"
        default: "cannot be read or written; check that it exists and is not a folder"
        }
    }
}
