"""What systems that obey stops may copy."""
