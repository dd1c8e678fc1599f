"""Channels: Africa's Talking for SMS, SendGrid for e-mail, a folder for both when there is no key."""
