"""Files in and out: CSV and XLSX.

    kind      which rows: "sites", "technicians", ... (`kinds`)
    column    one property of such a row, and the kind of cell that holds it (`columns`, `cells`)
    table     a file as rows of text, with formulas made harmless (`tables`)

`importing.import_table` takes all of a file or nothing, and lists everything that is wrong with it.
"""
