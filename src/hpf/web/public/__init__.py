"""What a centre shows to everybody, without login."""
