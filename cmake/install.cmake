# SPDX-License-Identifier: Apache-2.0
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/libeval")
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(TARGETS libeval EXPORT libevalTargets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/libeval"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp")
install(EXPORT libevalTargets NAMESPACE libeval:: DESTINATION "${package_dir}")

get_target_property(library_type libeval TYPE)
if(library_type STREQUAL "STATIC_LIBRARY")
  set(LIBEVAL_IS_STATIC ON)
  # There is no shared libeval beside it, so everybody links statically and needs these.
  set(LIBEVAL_PC_REQUIRES "eigen3 >= 3.4, fmt >= 9, yaml-cpp >= 0.7, cbc, libsodium")
else()
  set(LIBEVAL_IS_STATIC OFF)
  set(LIBEVAL_PC_REQUIRES "eigen3 >= 3.4")
endif()

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/libevalConfig.cmake.in" "${PROJECT_BINARY_DIR}/libevalConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/libevalConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/libevalConfig.cmake"
              "${PROJECT_BINARY_DIR}/libevalConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/FindCoinCbc.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/FindSodium.cmake"
        DESTINATION "${package_dir}")

file(RELATIVE_PATH LIBEVAL_PC_PREFIX "/${pkgconfig_dir}" "/")
string(REGEX REPLACE "/$" "" LIBEVAL_PC_PREFIX "${LIBEVAL_PC_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/libeval.pc.in" "${PROJECT_BINARY_DIR}/libeval.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/libeval.pc" DESTINATION "${pkgconfig_dir}")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/NOTICE"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(TARGET libeval_tool)
  install(TARGETS libeval_tool)
endif()
