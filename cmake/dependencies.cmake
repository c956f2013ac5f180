# SPDX-License-Identifier: Apache-2.0
# What the library itself needs. All of it comes from the distribution.

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
mark_as_advanced(RANDOM123_INCLUDE_DIR)

if(TARGET yaml-cpp::yaml-cpp)
  set(LIBEVAL_YAML_CPP yaml-cpp::yaml-cpp)
else()
  set(LIBEVAL_YAML_CPP yaml-cpp) # its name before 0.8
endif()

list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
find_package(CoinCbc REQUIRED)
find_package(Sodium REQUIRED)
