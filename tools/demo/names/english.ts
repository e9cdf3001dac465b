import { group } from './entries.ts';

const british = group(
  `Abigail, Adrian, Alasdair, Alistair, Amelia, Angus, Barnaby, Beatrice, Bethany, Bryony,
   Callum, Catriona, Cerys, Clive, Cordelia, Daisy, Dominic, Duncan, Edmund, Eilidh, Elspeth,
   Euan, Fergus, Finlay, Fiona, Francesca, Freya, Gareth, Gemma, Geraint, Gillian, Gwen,
   Harriet, Hazel, Heather, Hugh, Imogen, Iona, Isla, Jasper, Jemima, Jolyon, Kirsty, Lachlan,
   Lewis, Lorna, Lowri, Magnus, Malcolm, Marcus, Maisie, Miranda, Moira, Nathaniel, Nigel,
   Olivia, Oscar, Penelope, Percy, Philippa, Phoebe, Poppy, Rhiannon, Rhys, Robin, Rosalind,
   Rowan, Rupert, Sebastian, Simon, Stuart, Tabitha, Tobias, Tristan, Verity, Winifred, Zoë:zoe`,
  `Abernathy, Allardyce, Applegarth, Ashdown-Price, Aldersey, Babington, Barraclough, Bellweather,
   Birtwhistle, Blakeney, Braithwaite, Brocklehurst, Cadwallader, Calloway, Carmichael, Carruthers,
   Chisholm, Cotterill, Crabtree, Culpepper, Dalrymple, Dunmore, Drummond, Eastwick, Entwistle,
   Fairweather, Fenwick-Hall, Fotheringham, Galbrook, Garside, Greenhalgh, Hargreaves,
   Haverstock, Heathcote, Higginbotham, Holloway, Inglethorpe, Kilbride, Kirkbride, Lethbridge,
   Llewelyn-Rees, Lockwood, MacAllister, MacLeish, McCorquodale, Merriweather, Micklethwait, Mossop,
   Netherton, Oakeshott, Osgood, Pemberton, Penhaligon, Pettigrew, Postlethwaite, Prichard,
   Quayle, Ramsbottom, Ravenscroft, Rowbotham, Satterthwaite, Sheringham, Skelmersdale, Smythe,
   Stapleton, Sutcliffe-Wood, Tattersall, Thistlewood, Threlfall, Trelawney, Tremayne, Underhill,
   Wainscott, Weatherby, Whitlock, Wigglesworth, Winterbourne, Wolstenholme, Yarborough`,
);

const irish = group(
  `Aoife, Aisling, Bríd:brid, Cathal, Ciarán:ciaran, Clodagh, Declan, Deirdre, Eoghan, Fionnuala,
   Gráinne:grainne, Niamh, Oisín:oisin, Róisín:roisin, Ruairí:ruairi, Séamus:seamus,
   Siobhán:siobhan, Tadhg`,
  `O’Brien:obrien, O’Shaughnessy:oshaughnessy, O’Donoghue:odonoghue, O’Hanlon:ohanlon, Breathnach,
   Brannigan, Cullinane, Delahunty, Geraghty, Hennigan, McGillicuddy, Mulcahy-Keane, Quirke,
   Scanlon, Tierney`,
);

export const english = [british, british, british, british, irish];

/** West African names. Yoruba names have diacritics above and below the same letter. */
export const westAfrican = [
  group(
    `Abiola, Adaeze, Ayọ̀délé:ayodele, Chidubem, Ẹniọlá:eniola, Fúnmiláyọ̀:funmilayo, Ifeoma,
     Kwabena, Nkechi, Olúṣọlá:olusola, Tèmítọ́pẹ́:temitope, Uchenna`,
    `Adéyẹyè:adeyeye, Akínlọlú:akinlolu, Asante-Boateng, Ezekwesili-Obi, Mbanefo, Nwokedi,
     Ọ̀ṣúntókun:osuntokun, Owusu-Darko, Ṣóyẹmí:soyemi`,
  ),
  group(
    'Aïssatou:aissatou, Awa, Cheikh, Fatoumata, Mamadou, Moussa, Ndèye:ndeye, Ousmane, Rokhaya',
    'Badiane, Bathily, Camara-Sow, Diassy, Faty, N’Diaye:ndiaye, N’Guessan:nguessan, Sanokho, Tandian',
  ),
];
