package catalog

// laterFuncTable has, in the form of the generated table, the functions on the
// allow list that the server of that table lacks: those of PostgreSQL 16 to 18,
// and of extensions that come from elsewhere, where overloads are given only if
// they are sure. A + adds overloads to a function of the generated table, so
// that an answer given here holds on later servers too.
const laterFuncTable = `any_value a anyelement>anyelement
array_sample vs anyarray,int4>anyarray
array_shuffle vs anyarray>anyarray
array_reverse s anyarray>anyarray
array_sort s anyarray>anyarray anyarray,bool>anyarray anyarray,bool,bool>anyarray
casefold s text>text
crc32 s bytea>int8
crc32c s bytea>int8
date_add s timestamptz,interval>timestamptz timestamptz,interval,text>timestamptz
date_subtract s timestamptz,interval>timestamptz timestamptz,interval,text>timestamptz
erf s float8>float8
erfc s float8>float8
gamma s float8>float8
lgamma s float8>float8
generate_series + timestamptz,timestamptz,interval,text>timestamptz
json_strip_nulls + json,bool>json
jsonb_strip_nulls + jsonb,bool>jsonb
max + bytea>bytea record>record
min + bytea>bytea record>record
random + int4,int4>int4 int8,int8>int8 numeric,numeric>numeric
reverse + bytea>bytea
random_normal vs float8,float8/2>float8
to_bin s int4>text int8>text
to_oct s int4>text int8>text
unicode_assigned s text>bool
uuid_extract_timestamp s uuid>timestamptz
uuid_extract_version s uuid>int2
uuidv4 vs >uuid
uuidv7 vs
xmltext s text>xml
daitch_mokotoff s@fuzzystrmatch
uuid_generate_v7 v@pg_uuidv7 >uuid
binary_quantize s@vector
cosine_distance s@vector
hamming_distance s@vector
inner_product s@vector
jaccard_distance s@vector
l1_distance s@vector
l2_distance s@vector
l2_norm s@vector
l2_normalize s@vector
subvector s@vector
vector_dims s@vector
vector_norm s@vector
`

// postgisNames are the functions of PostGIS on the allow list. Of their types
// and strictness nothing is said. Some read spatial_ref_sys, which is nobody's
// data. Left out are those that look into other tables (find_srid,
// st_estimatedextent), and the names that are an aggregate and a plain function
// at once (st_union, st_collect, st_makeline).
const postgisNames = `
st_addpoint st_area st_asbinary st_asewkb st_asewkt st_asgeojson st_astext st_azimuth st_boundary
st_buffer st_centroid st_closestpoint st_contains st_containsproperly st_convexhull st_coorddim
st_coveredby st_covers st_crosses st_difference st_dimension st_disjoint st_distance
st_distancesphere st_distancespheroid st_dwithin st_endpoint st_envelope st_equals st_expand
st_exteriorring st_flipcoordinates st_force2d st_geogfromtext st_geogfromwkb st_geographyfromtext
st_geohash st_geometryfromtext st_geometryn st_geometrytype st_geomfromewkb st_geomfromewkt
st_geomfromgeojson st_geomfromtext st_geomfromwkb st_interiorringn st_intersects st_isclosed
st_isempty st_isring st_issimple st_isvalid st_length st_length2d st_lineinterpolatepoint
st_linelocatepoint st_linesubstring st_m st_makebox2d st_makeenvelope st_makepoint st_makepolygon
st_makevalid st_maxdistance st_multi st_ndims st_npoints st_numgeometries st_numpoints st_overlaps
st_perimeter st_point st_pointfromtext st_pointn st_pointonsurface st_project st_relate st_reverse
st_scale st_segmentize st_setsrid st_simplify st_snaptogrid st_srid st_startpoint st_symdifference
st_tileenvelope st_touches st_transform st_translate st_within st_x st_xmax st_xmin st_y st_ymax
st_ymin st_z
`
