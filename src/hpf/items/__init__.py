"""The service items of all centres, one file each. Pure: no framework, no clock, no other item."""
