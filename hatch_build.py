"""Put the explorers' JavaScript into the wheel as a notebook takes it, joined and minified."""

import runpy
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExplorersBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":  # which reads the sources
            return
        self.folder = TemporaryDirectory()
        bundle = runpy.run_path(str(Path(self.root, "convkit/explorers/bundle.py")))
        bundle["write_all"](Path(self.folder.name))
        build_data["force_include"][self.folder.name] = "convkit/explorers/ready"

    def finalize(self, version, build_data, artifact_path):
        if version != "editable":
            self.folder.cleanup()
