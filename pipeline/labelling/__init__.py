"""From statements to report labels, and from labels to the vocabulary to train on."""
