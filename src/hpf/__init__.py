"""OpenHPF: the online business system of a municipal housing provident fund centre (住房公积金中心)."""
