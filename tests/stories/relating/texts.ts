/** Invented news of invented outlets: what the tests of relations are told. */
export const dam = {
  title: 'Orrin Systems recalls 40,000 Kestrel drones after battery fires',
  text: `Orrin Systems is recalling every Kestrel delivery drone that it has sold since spring, about 40,000 of them, after batteries caught fire in nine warehouses. The company says that a separator film from one supplier tears when the pack is charged in the cold. Nobody was hurt. Owners are told to stop charging the drones and to send the packs back in a box that Orrin provides. The recall will cost the maker about 60 million dollars, its chief executive Lena Marsh told reporters in Halden on Tuesday. Shops in Halden and Brookfield have taken the drone off their shelves. A fire brigade in Brookfield had warned of the packs in March.`,
}

/** The same text, lightly edited by another outlet. */
export const damAgain = {
  title: 'Kestrel drones recalled by Orrin Systems after battery fires',
  text: `${dam.text.replace('about 40,000 of them', 'some 40,000 in all').replace('Nobody was hurt. ', '')} This article first appeared in Lighthouse Daily.`,
}

/** Another outlet in its own words, an hour later. */
export const damTold = {
  title: 'Battery fires: Orrin pulls Kestrel drone from sale and recalls 40,000',
  text: `After nine warehouse fires Orrin Systems wants all of its Kestrel drones back. The delivery machines were sold with packs whose separator film can tear in cold weather, the maker admitted. Lena Marsh, who runs Orrin, put the bill for the recall at 60 million dollars. Retailers in Brookfield stopped selling the Kestrel at once. The drone maker will replace each battery and pay the postage.`,
}

/** And a third. */
export const damThird = {
  title: 'Orrin Systems calls back Kestrel drones whose batteries burned in nine warehouses',
  text: `Kestrel, the best selling delivery drone of Orrin Systems, is being called back. Its battery caught fire in nine warehouses since spring, and the separator film inside is to blame, the maker says. About 40,000 drones are affected. Orrin Systems reckons with a bill of 60 million dollars for the recall. Owners in Halden and Brookfield should not charge the batteries and wait for a box.`,
}

/** Two weeks later: another event, of the same matter. */
export const damLater = {
  title: 'Orrin Systems names new battery supplier for Kestrel drones',
  text: `Two weeks after the recall of its Kestrel delivery drones Orrin Systems has chosen Northcell to make the batteries from now on. Northcell coats the separator film with a ceramic, which does not tear in the cold, Orrin said. The first new packs will reach owners of recalled drones in December.`,
}

export const orchard = {
  title: 'Orchard towns of the west valley vote for a shared water board',
  text: `Eleven towns along the Perrin river have voted to manage their irrigation water together. Growers of pears and plums had quarrelled over the sluices for thirty years. The new board will meet every month in Ansley and publish what each town draws. Turnout was higher than at the last county election.`,
}

export const compiler = {
  title: 'Quill 4 compiler brings incremental builds and a new borrow checker',
  text: `The Quill project has released version 4 of its compiler. Builds are incremental by default, so that a change in one module no longer compiles the whole program again. The borrow checker was written anew and accepts many programs that the old one refused. Error messages now show the line of code that moved a value. The team measured builds of its own standard library: they take 11 seconds where version 3 took 48. Quill 4 drops support for 32-bit Windows. Packages are installed from a lock file with checksums, and the package manager can verify signatures of maintainers. Downloads for Linux, macOS and Windows are on the website of the project.`,
}

/** A Chinese translation of `compiler`. */
export const compilerInChinese = {
  title: 'Quill 4 编译器带来增量构建和全新的借用检查器',
  text: `Quill 项目发布了其编译器的第 4 版。构建默认是增量的，因此修改一个模块不再需要重新编译整个程序。借用检查器已重新编写，可以接受许多旧版拒绝的程序。错误信息现在会显示移动了某个值的那一行代码。团队测量了自己标准库的构建：现在需要 11 秒，而版本 3 需要 48 秒。Quill 4 不再支持 32 位 Windows。软件包从带有校验和的锁文件安装，包管理器可以验证维护者的签名。适用于 Linux、macOS 和 Windows 的下载在项目网站上。`,
}
