"""The pages of the console: one module a screen, each reads the projection and renders a template.

May import: projection for what is shown, replay for what is played again, operations for what is done, notes
for what operators write down; of the kit its room for windows, its access and its HTTP server.
"""
