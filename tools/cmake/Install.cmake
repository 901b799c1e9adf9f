# install + export: find_package(initlab) and pkg-config initlab
