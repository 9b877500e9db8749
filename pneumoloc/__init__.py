"""The front door: findings, labels and boxes in one import."""
