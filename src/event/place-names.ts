/**
 * Names of places that are hashed by their code: letters without accents and spaces, the code's two
 * letters at the end. Data only. Read by normalise-region.ts.
 */

/**
 * What Intl does not call them, as lists of ISO 3166 and of shops write them. Without and, the, of
 * where the rest is found by its beginning; as written where somebody may have hashed the name.
 */
export const COUNTRY_ALIASES =
  'usaus unitedstatesofamericaus theunitedstatesofamericaus unitedstatesusus unitedkingdomukgb ' +
  'greatbritaingb englandgb scotlandgb walesgb northernirelandgb turkeytr czechrepubliccz ' +
  'macedoniamk republicofmacedoniamk koreakr koreasouthkr koreanorthkp republicofkoreakr ' +
  'korearepublicofkr democraticpeoplesrepublickp koreademocratickp koreademocraticpeoplesrepublicofkp ' +
  'democraticpeoplesrepublicofkoreakp congocg congodemocraticcd democraticrepubliccongocd ' +
  'democraticrepublicofthecongocd congothedemocraticrepublicofthecd palestinps palestineps ' +
  'palestinestateofps palestinianterritoryoccupiedps macaumo vaticanva holyseeva ' +
  'holyseevaticancitystateva ivorycoastci virginislandsusvi usvirginislandsvi ' +
  'virginislandsbritishvg hollandnl easttimortl pitcairnpn caboverdecv swazilandsz laopeoplela ' +
  'laopeoplesdemocraticrepublicla bonairebq bonairesinteustatiusandsababq russianfederationru ' +
  'iranislamicrepublicofir syrianarabrepublicsy moldovarepublicofmd tanzaniaunitedrepublicoftz ' +
  'taiwanprovinceofchinatw venezuelabolivarianrepublicofve boliviaplurinationalstateofbo ' +
  'micronesiafederatedstatesoffm bruneidarussalambn republicofirelandie'

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
