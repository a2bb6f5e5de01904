"""Small file systems of their own for a test: in memory (tmpfs), or a real one in an image file. Only root can."""
import os
import shutil
import subprocess
import unittest

AS_ROOT = os.geteuid() == 0


class Disks(unittest.TestCase):
    """For tests that have a `folder`. A test that can't have its disk is skipped."""

    def mount_memory(self, name, kibibytes):
        """A tmpfs at folder/name. An earlier one there is unmounted."""
        return self._mount(name, "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs")

    def mount_image(self, name, kind, megabytes, *options):
        """A file system of that kind (ext4, btrfs, xfs) at folder/name."""
        program = f"mkfs.{kind}"
        if shutil.which(program) is None:
            self.skipTest(f"there is no {program}")
        image = self.folder / f"{name}.image"
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run([program, "-q", *options, image], check=True, capture_output=True)
        return self._mount(name, "-o", "loop", image)

    def _mount(self, name, *arguments):
        if not AS_ROOT:
            self.skipTest("only root can mount a disk")
        disk = self.folder / name
        disk.mkdir(exist_ok=True)
        if os.path.ismount(disk):
            self.unmount(disk)
        done = subprocess.run(["mount", *arguments, disk], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"can't mount a disk here: {done.stderr.strip()}")
        self.addCleanup(self.unmount, disk)
        return disk

    @staticmethod
    def unmount(disk):
        subprocess.run(["umount", "--lazy", disk], check=False, capture_output=True)
