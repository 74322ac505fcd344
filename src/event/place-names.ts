/**
 * Names of places that are hashed by their code: letters without accents and spaces, the code's two
 * letters at the end. Data only, in a file of its own, because it is the largest part of what
 * normalising costs the pixel. Read by normalise-place.ts.
 */

/** The ends are left open where lists differ: palestin(e), palestin(ian territory). */
export const COUNTRY_ALIASES =
  'usaus turkeytr czechrepubliccz macedoniamk koreakr democraticpeoplesrepublickp ' +
  'koreademocratickp congocg congodemocraticcd democraticrepubliccongocd palestinps macaumo ' +
  'vaticanva holyseeva ivorycoastci virginislandsusvi virginislandsbritishvg englandgb ' +
  'scotlandgb walesgb greatbritaingb northernirelandgb hollandnl easttimortl pitcairnpn ' +
  'caboverdecv swazilandsz laopeoplela bonairebq'

/** A name that contains another one stands before it. */
export const US_STATES =
  'alabamaal alaskaak arizonaaz arkansasar californiaca coloradoco connecticutct delawarede ' +
  'districtofcolumbiadc floridafl georgiaga hawaiihi idahoid illinoisil indianain iowaia kansasks ' +
  'kentuckyky louisianala maineme marylandmd massachusettsma michiganmi minnesotamn ' +
  'mississippims missourimo montanamt nebraskane nevadanv newhampshirenh newjerseynj newmexiconm ' +
  'newyorkny northcarolinanc northdakotand ohiooh oklahomaok oregonor pennsylvaniapa ' +
  'rhodeislandri southcarolinasc southdakotasd tennesseetn texastx utahut vermontvt ' +
  'westvirginiawv virginiava washingtonwa wisconsinwi wyomingwy'
export const CANADIAN_PROVINCES =
  'albertaab britishcolumbiabc manitobamb newbrunswicknb newfoundlandnl northwestterritoriesnt ' +
  'novascotians nunavutnu ontarioon princeedwardislandpe quebecqc saskatchewansk yukonyt'
