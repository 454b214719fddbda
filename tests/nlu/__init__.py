from bot.nlu.lean import leave_out_tensorflow

leave_out_tensorflow()  # as the assistant runs
