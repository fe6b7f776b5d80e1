# Installs libwrt as one archive and its headers, for find_package(wrt) and pkg-config. The libraries
# in the tree are five so that each can link only what is below it; nobody outside has to know.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(wrt_libraries wrt_foundation wrt_decoder wrt_runtime wrt_component wrt)
list(TRANSFORM wrt_libraries REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE wrt_objects)
add_library(wrt_archive STATIC ${wrt_objects})
set_target_properties(wrt_archive PROPERTIES
  OUTPUT_NAME wrt EXPORT_NAME wrt LINKER_LANGUAGE CXX
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/install-lib)
target_compile_features(wrt_archive PUBLIC cxx_std_20)
target_include_directories(wrt_archive INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(wrt_archive PRIVATE wrt_options)

# wrt_options only for what it makes a user link: the sanitizer of a sanitizer build.
install(TARGETS wrt_archive wrt_options EXPORT wrtTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(folder foundation decoder runtime component wrt)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")
endforeach()
install(EXPORT wrtTargets NAMESPACE wrt:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wrt)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/wrtConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/wrtConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wrt)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/wrtConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${CMAKE_CURRENT_LIST_DIR}/wrt.pc.in ${CMAKE_CURRENT_BINARY_DIR}/wrt.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/wrtConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/wrtConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wrt)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/wrt.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
