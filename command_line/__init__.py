"""What the commands of both packages share: settings, options, errors, progress, summaries."""
