/// An image cannot be read, changed or written: operation, image, problem and remedy.
package struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Operation: String, Hashable, Sendable {
        case open, decode, crop, rotate, encode
    }

    package enum Problem: Hashable, Sendable {
        /// The file cannot be read; with the system's message.
        case unreadable(String)
        case empty
        /// An unsupported format, such as "a GIF image".
        case unsupportedFormat(String)
        /// A supported format in an unsupported variant.
        case unsupportedVariant(String)
        /// Invalid contents, with a description.
        case damaged(String)
        case tooManyBytes(Int, limit: Int)
        case tooManyPixels(ImageSize, limit: Int)
        case sideTooLong(ImageSize, limit: Int)
        /// A box that contains no pixel of the image.
        case emptyRegion(Rectangle, ImageSize)
        case outOfMemory
    }

    package let operation: Operation
    /// The image's path or another description.
    package let name: String
    package let problem: Problem

    package init(_ operation: Operation, _ name: String, _ problem: Problem) {
        self.operation = operation
        self.name = name
        self.problem = problem
    }

    /// One sentence with name and problem, followed by a remedy.
    package var description: String {
        "cannot \(operation.rawValue) \(name): \(explanation)"
    }

    private var explanation: String {
        switch problem {
        case .unreadable(let reason):
            "\(reason). Check the path and its permissions."
        case .empty:
            "it holds no bytes. Export or download it again."
        case .unsupportedFormat(let kind):
            "it is \(kind), and only JPEG, PNG and WebP are read. Convert it to one of these."
        case .unsupportedVariant(let variant):
            "\(variant). Save it again as a plain JPEG, PNG or WebP image."
        case .damaged(let detail):
            "it is damaged (\(detail)). Export or download it again."
        case .tooManyBytes(let count, let limit):
            "it is \(count) bytes long, over the limit of \(limit). Compress it, or raise the limit."
        case .tooManyPixels(let size, let limit):
            "its \(size) pixels are over the limit of \(limit). Scale it down, or raise the limit."
        case .sideTooLong(let size, let limit):
            "a side of its \(size) pixels is over the limit of \(limit). Scale it down, or raise the limit."
        case .emptyRegion(let box, let size):
            "no pixel of its \(size) lies in the box (\(box.x1), \(box.y1), \(box.x2), \(box.y2)). "
                + "Give x1 < x2 and y1 < y2 inside the image."
        case .outOfMemory:
            "memory ran out. Scale it down, or decode a part of it."
        }
    }
}
