"""One module a stage, one public function a module."""
