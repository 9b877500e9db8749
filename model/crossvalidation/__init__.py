"""What methods are worth on images of which no weight and no threshold has seen the patients."""
