/**
 * Everyday German nouns in lower case. zxcvbn's English and French dictionaries contain such nouns, but its German
 * dictionary lacks many of them.
 */
export const germanWords: readonly string[] = `
  abend abendessen adler ahorn ameise ananas apfel apfelkuchen apfelsaft arbeit
  auto autobahn badewanne bahnhof balkon ball banane bauernhof baum baustelle
  berg biene bier bierdeckel birne blaubeere blitz blume blumentopf bohne
  brezel brief briefkasten brille brot bruder brücke buch butter butterbrot
  bäcker bär bücherei bücherwurm computer dachs decke delfin donner dorf
  eichhörnchen eimer eis eisbär eisenbahn elefant ente erdbeere erdbeerkuchen erde
  esel eule fahrrad familie feder feierabend feld fenster fernseher feuer
  feuerwehr fisch flasche fliege flieger flugzeug fluss freiheit freundin freundschaft
  frieden frosch frühstück fuchs fussball gabel garage garten gebirge geburtstag
  geld gewitter giraffe gitarre glück glückspilz grossmutter grossvater gummibärchen gurke
  gänseblümchen gärtner hammer hamster handschuh handtuch handy hase hasenfuss haus
  hausschuh haustür heidelbeere heimat hexe himbeere himmel hirsch hochzeit honig
  hose hund hundehütte hut igel insel jahreszeit kaffee kaffeekanne kaffeetasse
  kaktus kamel kamin kaninchen karotte kartoffel kartoffelsalat katze kerze kette
  kinder kindergarten kirche kirsche klavier kleeblatt koffer kohlrabi krankenhaus kreuzberg
  krokodil kuchen kugelschreiber kuh känguru käse käsekuchen kätzchen küche kühlschrank
  lampe landschaft lastwagen laterne leberwurst lebkuchen leuchtturm licht liebling luftballon
  löffel löwe löwenzahn mandarine marienkäfer marmelade maulwurf maus meer meerschweinchen
  messer milch mittagessen mond mondschein motorrad murmeltier musik mutter möhre
  mücke nachbar nacht nashorn nebel nilpferd nudel nudelsalat oma opa
  orange osterhase ostern papagei papier pfannkuchen pferd pfirsich pflaume pilz
  pinguin pinsel pizza polizei puppe quark rabe rakete rasenmäher rathaus
  regen regenbogen regenschirm regenwurm reh reise rinderbraten ritter roller rosengarten
  rotkohl rotwein rucksack salat sandkasten sauerkraut schaf schal schatten schere
  schiff schildkröte schirm schlange schlitten schloss schlüssel schmetterling schnecke schnee
  schneeflocke schneemann schnitzel schokolade schrank schraube schreibtisch schule schwan schwein
  schwester see seepferdchen segelboot seife sekt silber sofa sonne sonnenblume
  sonnenbrille sonnenschein sonnenuntergang spargel spaziergang spiegel spielplatz spinne stadt stein
  stern sterne sternschnuppe strand strasse strassenbahn stuhl sturm suppe tanne
  tannenbaum tasse taube tee teller teppich tiger tisch tomate topf
  traktor traube traum treppe turm uhr urlaub vater veilchen verein
  vogel vollmond vulkan wald wanderung waschbär waschmaschine wasser wasserfall weihnachten
  weihnachtsbaum weihnachtsmann weihnachtsstern wein weissbier wiese wildschwein wind wohnung wohnzimmer
  wolf wolke wolkenkratzer wurst zahnbürste zauberer zebra zeitung ziege zitrone
  zitronenkuchen zucker zug zwetschge zwiebel
`
  .trim()
  .split(/\s+/);
