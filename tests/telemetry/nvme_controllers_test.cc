// SPDX-License-Identifier: Apache-2.0
#include "telemetry/nvme_controllers.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

namespace fs = std::filesystem;

text::JsonValue json(const std::string& text) { return text::parse_json(text, "test"); }

NvmeControllers two() {
  NvmeControllers controllers;
  controllers["nvme0"].name = "nvme0";
  controllers["nvme1"].name = "nvme1";
  return controllers;
}

TEST(NvmeControllers, AreReadFromTheSystemsTree) {
  const FakeTree tree;
  const std::string device = "devices/pci0000:5d/0000:5d:02.0/0000:5e:00.0/nvme/nvme0";
  tree.put(device + "/model", "DRIVE 1 TB   \n");
  tree.put(device + "/serial", "S123\n");
  tree.put(device + "/nvme0n1/size", "1\n");
  tree.put(device + "/nvme0c0n2/size", "1\n");
  fs::create_directories(tree.root() + "/class/nvme");
  fs::create_directory_symlink(tree.root() + "/" + device, tree.root() + "/class/nvme/nvme0");
  const NvmeControllers found = read_nvme_controllers(tree.root());
  ASSERT_EQ(found.size(), 1U);
  const record::NvmeController& one = found.at("nvme0");
  EXPECT_EQ(one.device(), "/dev/nvme0");
  EXPECT_EQ(one.name_space, "/dev/nvme0n1");
  EXPECT_EQ(one.bdf, "0000:5e:00.0") << "the drive's place, not the bridge's";
  EXPECT_EQ(one.sysfs_identity.model, "DRIVE 1 TB");
  EXPECT_FALSE(one.sysfs_identity.firmware);
}

TEST(NvmeControllers, AMachineWithoutNvmeHasNone) {
  EXPECT_TRUE(read_nvme_controllers("/there/is/no/such/tree").empty());
}

TEST(NvmeControllers, AListAddsEntriesAndWhatIsMissing) {
  NvmeControllers controllers;
  controllers["nvme0"].name = "nvme0";
  add_nvme_list(json(R"({"Devices": [{"DevicePath": "/dev/nvme0n1"}, {"DevicePath": "/dev/nvme3n2"},
                                     {"DevicePath": "/dev/sda"}, {"Name": "x"}, 5]})"),
                controllers);
  ASSERT_EQ(controllers.size(), 2U);
  EXPECT_EQ(controllers.at("nvme0").list_entries.size(), 1U);
  EXPECT_EQ(controllers.at("nvme0").name_space, "/dev/nvme0n1");
  EXPECT_EQ(controllers.at("nvme3").name_space, "/dev/nvme3n2");
}

TEST(NvmeControllers, SubsystemsTellPlacesInEitherLayout) {
  NvmeControllers controllers = two();
  add_nvme_subsystems(
      json(R"({"Subsystems": [{"Name": "nvme0", "Paths": [{"Address": "0000:5e:00.0"}]}]})"),
      controllers);
  add_nvme_subsystems(json(R"([{"Subsystems": [{"Name": "nvme-subsys1", "Paths": [
                              {"Name": "nvme1", "Address": "0000:5f:00.0"},
                              {"Name": "nvme9", "Address": "traddr=1.2.3.4"}]}]}])"),
                      controllers);
  EXPECT_EQ(controllers.at("nvme0").bdf, "0000:5e:00.0");
  EXPECT_EQ(controllers.at("nvme1").bdf, "0000:5f:00.0");
  EXPECT_EQ(controllers.size(), 2U);
}

TEST(NvmeControllers, TheBusFillsWhatIsLeftInItsOrder) {
  NvmeControllers controllers = two();
  controllers["nvme0"].bdf = "0000:5e:00.0";
  add_lspci_scan(
      "0000:00:1f.0 ISA bridge: x\n0000:5e:00.0 Non-Volatile memory controller: a\n"
      "0000:5f:00.0 Non-Volatile memory controller: b\n0000:60:00.0 NVMe SSD: c\n",
      controllers);
  EXPECT_EQ(controllers.at("nvme1").bdf, "0000:5f:00.0");
}

TEST(NvmeControllers, ALinkHasWhatItRunsAtAndWhatItCould) {
  const record::PcieLink link = pcie_link(
      "\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x4, ASPM L1\n"
      "\t\tLnkSta:\tSpeed 8GT/s (downgraded), Width x2 (downgraded)\n");
  EXPECT_EQ(link.max_speed, "16GT/s");
  EXPECT_EQ(link.max_width, "x4");
  EXPECT_EQ(link.speed, "8GT/s");
  EXPECT_EQ(link.width, "x2");
  EXPECT_FALSE(pcie_link("LnkSta: Speed\n").speed);
  EXPECT_FALSE(pcie_link("").width);
}

}  // namespace
}  // namespace spillway::telemetry
