# SPDX-License-Identifier: Apache-2.0
# What the library itself needs. All of it comes from the distribution.

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_path(LIBEVAL_SODIUM_INCLUDE_DIR sodium.h REQUIRED)
find_library(LIBEVAL_SODIUM_LIBRARY sodium REQUIRED)
mark_as_advanced(LIBEVAL_SODIUM_INCLUDE_DIR LIBEVAL_SODIUM_LIBRARY)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
mark_as_advanced(RANDOM123_INCLUDE_DIR)

if(TARGET yaml-cpp::yaml-cpp)
  set(LIBEVAL_YAML_CPP yaml-cpp::yaml-cpp)
else()
  set(LIBEVAL_YAML_CPP yaml-cpp) # its name before 0.8
endif()

# COIN-OR Cbc (integer programs) with Clp (linear ones); neither has a CMake package everywhere.
find_path(LIBEVAL_COIN_INCLUDE_DIR CbcModel.hpp PATH_SUFFIXES coin coin-or REQUIRED)
mark_as_advanced(LIBEVAL_COIN_INCLUDE_DIR)
set(LIBEVAL_COIN)
foreach(name IN ITEMS Cbc Cgl OsiClp Clp Osi CoinUtils)
  find_library(LIBEVAL_${name}_LIBRARY ${name} REQUIRED)
  mark_as_advanced(LIBEVAL_${name}_LIBRARY)
  list(APPEND LIBEVAL_COIN ${LIBEVAL_${name}_LIBRARY})
endforeach()
