import Foundation
import TestFixtures
import Testing

/// Writing where no byte more fits.
struct FullDiskTests {
    private static let shortRun = [
        "train", "--model", ShippedModel.nanoBase.path, "--set", "steps=1", "--set",
        "evaluation=[{scenes: 1}]",
        "--set", "rollout.promptsPerStep=1", "--set", "rollout.groupSize=2",
    ]

    /// A disk of one megabyte, visible to the tool alone, mounted on the folder that the first word names.
    private static let smallDisk =
        #"exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=1m tmpfs "$DISK" && exec "$@"' sh "$@""#

    @Test(
        .enabled(
            if: DeepEyesCommand.shellCan("unshare -Urm mount -t tmpfs tmpfs /tmp"), "needs user namespaces"))
    func aCheckpointThatDoesNotFitOnTheDisk() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let disk = Self.smallDisk.replacing("$DISK", with: folder.url.path)
        let outcome = try DeepEyesCommand.run(Self.shortRun + ["--run", run], by: disk)
        expectRefusal(outcome, naming: "\(run)/checkpoints", remedy: "free some space")
    }

    /// Works everywhere: the system refuses longer files as it refuses to fill a full disk.
    @Test func aCheckpointThatMayNotBeWritten() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let outcome = try DeepEyesCommand.run(
            Self.shortRun + ["--run", run], by: #"trap '' XFSZ; ulimit -f 4000; exec "$@""#)
        expectRefusal(outcome, naming: "\(run)/checkpoints", remedy: "free some space")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints") == [])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
    func anAnswerThatCannotBeWritten() throws {
        let folder = try TemporaryFolder()
        let image = try TestImage.whole.write(to: folder)
        let outcome = try DeepEyesCommand.run(
            ["ask", "--model", ShippedModel.nanoBase.path, "--image", image, "What is it?"],
            by: #"exec "$@" >/dev/full"#)
        expectRefusal(outcome, naming: "standard output", remedy: "free space")
    }
}
