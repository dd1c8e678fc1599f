"""What several test folders share: twins of the ports, wrappers with faults, emulators."""
