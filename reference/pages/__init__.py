"""The two programs as people see them: pages that work without scripts, German or English.

A page is an operation as those of the API are: `making.Pages` makes it of a function that gets a
`visit.Visit` and answers with `visit.page(template)` or `visit.go(path)`. What a form asks for is
done by the handlers of the API, through `visit.act` (once for each form) or `visit.ask` (as often
as it is sent); a refusal is raised, or shown at its field by `visit.refused`. Every text stands in
`texts/`, in each language; `site.Site` is what the pages of one program have in common.
"""
