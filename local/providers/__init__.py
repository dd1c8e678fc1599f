"""Stand-ins for the message providers, speaking their real wire form: development and tests."""
