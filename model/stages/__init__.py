"""The stages of the image side; each is one module with one public function of its name."""
