package import Foundation
package import Runs

/// The content of a run report as plain values.
package struct ReportContent: Sendable {
    /// One entry of the list about the run, such as model, machine or version.
    package struct Fact: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var title: String
    package var figures: ReportFigures
    package var history: MetricHistory
    package var trajectories: [TrajectoryPicture]
    /// The resolved configuration as YAML.
    package var configuration: String
    package var facts: [Fact]
    package var alarms: [AlarmRecord]

    package init(
        title: String, figures: ReportFigures, history: MetricHistory, trajectories: [TrajectoryPicture],
        configuration: String, facts: [Fact], alarms: [AlarmRecord] = []
    ) {
        self.title = title
        self.figures = figures
        self.history = history
        self.trajectories = trajectories
        self.configuration = configuration
        self.facts = facts
        self.alarms = alarms
    }

    /// Writes `report.json` and `report.html` into a run folder.
    package func write(to run: RunFolder) throws {
        try AtomicFile.write(figures.json, to: run.reportValuesFile)
        try AtomicFile.write(ReportPage(self).text, to: run.reportFile)
    }
}

/// An encoded image of a page: embedded in it, or in a file beside it.
package struct ReportImage: Sendable, Equatable {
    package enum Format: String, Sendable {
        case jpeg
        case png
    }

    /// Empty if the image is in a file.
    package let bytes: Data
    package let format: Format
    /// Path of the file relative to the page; nil if the image is embedded.
    private let file: String?
    /// In pixels.
    package let width: Int
    package let height: Int

    package init(bytes: Data, format: Format, width: Int, height: Int) {
        self.bytes = bytes
        self.format = format
        file = nil
        self.width = width
        self.height = height
    }

    /// A reference to a file that has an image.
    init(file: String, of image: ReportImage) {
        bytes = Data()
        format = image.format
        self.file = file
        width = image.width
        height = image.height
    }

    /// Loads the image: a `data:` URL, or the path of its file.
    var address: String {
        file ?? "data:image/\(format.rawValue);base64,\(bytes.base64EncodedString())"
    }

    /// The value of the `loading` attribute: files are loaded when they come near to the screen.
    var loading: String? { file == nil ? nil : "lazy" }
}

/// A recorded trajectory with its pictures.
package struct TrajectoryPicture: Sendable {
    package var record: TrajectoryRecord
    /// The example's images. Boxes are drawn in pixel coordinates of the record, independent of the picture's size.
    package var scenes: [ReportImage?]
    /// For each segment, the pictures of its images.
    package var views: [[ReportImage?]]
    /// Why this trajectory is shown, such as `Tool gain: wrong without the crop, right with it`.
    package var remark: String?

    package init(
        record: TrajectoryRecord, scenes: [ReportImage?], views: [[ReportImage?]], remark: String? = nil
    ) {
        self.record = record
        self.scenes = scenes
        self.views = views
        self.remark = remark
    }

    /// A view by segment and index; nil if there is no picture.
    func view(segment: Int, _ index: Int) -> ReportImage? {
        guard views.indices.contains(segment), views[segment].indices.contains(index) else { return nil }
        return views[segment][index]
    }
}
