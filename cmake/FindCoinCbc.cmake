# SPDX-License-Identifier: Apache-2.0
# COIN-OR Cbc (integer programs) with Clp (linear ones), which bring no CMake package: the target
# CoinCbc::CoinCbc. Serves the build and, installed beside it, the package configuration.
include(FindPackageHandleStandardArgs)

find_path(CoinCbc_INCLUDE_DIR CbcModel.hpp PATH_SUFFIXES coin coin-or)
set(CoinCbc_LIBRARIES)
foreach(name IN ITEMS Cbc Cgl OsiClp Clp Osi CoinUtils)
  find_library(CoinCbc_${name}_LIBRARY ${name})
  list(APPEND CoinCbc_LIBRARIES "${CoinCbc_${name}_LIBRARY}")
  mark_as_advanced(CoinCbc_${name}_LIBRARY)
endforeach()
mark_as_advanced(CoinCbc_INCLUDE_DIR)
find_package_handle_standard_args(
  CoinCbc REQUIRED_VARS CoinCbc_INCLUDE_DIR CoinCbc_Cbc_LIBRARY CoinCbc_Cgl_LIBRARY
                        CoinCbc_OsiClp_LIBRARY CoinCbc_Clp_LIBRARY CoinCbc_Osi_LIBRARY
                        CoinCbc_CoinUtils_LIBRARY)

if(CoinCbc_FOUND AND NOT TARGET CoinCbc::CoinCbc)
  add_library(CoinCbc::CoinCbc INTERFACE IMPORTED)
  set_target_properties(
    CoinCbc::CoinCbc PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CoinCbc_INCLUDE_DIR}"
                                INTERFACE_LINK_LIBRARIES "${CoinCbc_LIBRARIES}")
endif()
