"""From one image to boxes, characteristics and severity, without any report."""
