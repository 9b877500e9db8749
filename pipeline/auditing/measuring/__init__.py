"""How good extraction is by what reviewers decided: ratios with intervals, rules to mend, kappa."""
