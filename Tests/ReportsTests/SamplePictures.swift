import Foundation
import Reports
import Runs

extension ReportImage {
    /// A PNG of one pixel.
    static let pixel = ReportImage(
        bytes: Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
            ?? Data(),
        format: .png, width: 1, height: 1)
}

extension TrajectoryPicture {
    /// A picture of a trajectory with an image for every view.
    init(_ record: TrajectoryRecord, remark: String? = nil) {
        self.init(
            record: record, scenes: record.images.map { _ in .pixel },
            views: record.segments.map { $0.views.map { _ in .pixel } }, remark: remark)
    }
}
